package dev.sluice.dispatcher.remote;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** A body of which no more than so many bytes are taken. */
final class CappedBody implements HttpResponse.BodySubscriber<byte[]> {

  /** It has more. */
  static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLargeException(long most) {
      super("it sends more than %d MiB".formatted(most >> 20));
    }
  }

  private final HttpResponse.BodySubscriber<byte[]> all =
      HttpResponse.BodySubscribers.ofByteArray();
  private final long most;
  private Flow.Subscription subscription;
  private long taken;
  private boolean ended;

  CappedBody(long most) {
    this.most = most;
    this.subscription =
        new Flow.Subscription() {
          @Override
          public void request(long count) {}

          @Override
          public void cancel() {}
        };
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return all.getBody();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    all.onSubscribe(given);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (ended) {
      return;
    }
    taken += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
    if (taken > most) {
      ended = true;
      subscription.cancel();
      all.onError(new TooLargeException(most));
    } else {
      all.onNext(buffers);
    }
  }

  @Override
  public void onError(Throwable error) {
    if (!ended) {
      all.onError(error);
    }
  }

  @Override
  public void onComplete() {
    if (!ended) {
      all.onComplete();
    }
  }
}
