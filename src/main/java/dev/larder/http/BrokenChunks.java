package dev.larder.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.function.BooleanSupplier;

/**
 * Tells the request whose body is coming that its chunks can't be read, so that it can be answered:
 * Vert.x would close the connection without a word.
 */
final class BrokenChunks extends ChannelInboundHandlerAdapter {
  private final BooleanSupplier told;

  private BrokenChunks(BooleanSupplier told) {
    this.told = told;
  }

  /**
   * From now on the connection's bodies are looked at when they have been decoded.
   *
   * @param told is called on the event loop; whether there is a request that was told
   */
  static void watch(ChannelPipeline pipeline, BooleanSupplier told) {
    pipeline.addAfter(
        pipeline.context(HttpRequestDecoder.class).name(), "broken-chunks", new BrokenChunks(told));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpContent content
        && !(message instanceof HttpRequest)
        && content.decoderResult().isFailure()
        && told.getAsBoolean()) {
      ReferenceCountUtil.release(message);
    } else {
      context.fireChannelRead(message);
    }
  }
}
