package dev.sluice.api.store;

import dev.sluice.contract.name.GitRef;
import java.sql.SQLException;
import org.sqlite.Function;

/**
 * The SQL function {@code follows(source, changed)}: whether a change of a ref may change the
 * commit that a source follows. Null of either is false.
 */
final class FollowsFunction extends Function {

  static final String NAME = "follows";

  @Override
  protected void xFunc() throws SQLException {
    String source = value_text(0);
    String changed = value_text(1);
    result(source != null && changed != null && follows(source, changed) ? 1 : 0);
  }

  private static boolean follows(String source, String changed) {
    if (source.equals(changed)) {
      return true;
    }
    try {
      return new GitRef(source).follows(new GitRef(changed));
    } catch (IllegalArgumentException e) {
      return false; // of a damaged record
    }
  }
}
