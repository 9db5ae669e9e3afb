package dev.larder.engine;

import com.github.dockerjava.api.async.ResultCallbackTemplate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** All that an answer in pieces holds. */
final class Collected<T> extends ResultCallbackTemplate<Collected<T>, T> {
  private final List<T> pieces = new CopyOnWriteArrayList<>();

  @Override
  public void onNext(T piece) {
    pieces.add(piece);
  }

  /** Waits for the answer's end; throws what broke it. */
  List<T> await() throws InterruptedException {
    awaitCompletion();
    return pieces;
  }
}
