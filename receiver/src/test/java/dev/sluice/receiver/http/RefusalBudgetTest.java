package dev.sluice.receiver.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RefusalBudgetTest {

  private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress OTHER = InetAddress.ofLiteral("192.0.2.2");

  private long now;
  private final RefusalBudget budget = new RefusalBudget(2, () -> now);

  @Test
  void isSpentAfterABurstAndFillsAgain() {
    charge(ONE, 19);
    assertThat(budget.isSpent(ONE)).isFalse();
    charge(ONE, 1);
    assertThat(budget.isSpent(ONE)).isTrue();
    assertThat(budget.isSpent(OTHER)).isFalse();

    now += TimeUnit.MILLISECONDS.toNanos(500);
    assertThat(budget.isSpent(ONE)).isFalse();
    charge(ONE, 1);
    assertThat(budget.isSpent(ONE)).isTrue();

    now += TimeUnit.HOURS.toNanos(1);
    charge(ONE, 19);
    assertThat(budget.isSpent(ONE)).isFalse();
    charge(ONE, 1);
    assertThat(budget.isSpent(ONE)).isTrue();
  }

  @Test
  void treatsAnIpv6NetworkAsOneSource() {
    charge(InetAddress.ofLiteral("2001:db8:0:1::1"), 10);
    charge(InetAddress.ofLiteral("2001:db8:0:1::2"), 10);

    assertThat(budget.isSpent(InetAddress.ofLiteral("2001:db8:0:1:ffff::"))).isTrue();
    assertThat(budget.isSpent(InetAddress.ofLiteral("2001:db8:0:2::1"))).isFalse();
  }

  @Test
  void hasNoLimitAtZero() {
    RefusalBudget unlimited = new RefusalBudget(0, () -> now);
    unlimited.charge(ONE);
    assertThat(unlimited.isSpent(ONE)).isFalse();
  }

  private void charge(InetAddress source, int times) {
    for (int i = 0; i < times; i++) {
      budget.charge(source);
    }
  }
}
