package dev.larder.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;

/**
 * Wakes streams that wait to be written when the socket takes more. Netty tells them only if it has
 * told them before that the socket was full: where that came and went in between, while it was
 * telling others, streams with an open window would wait for ever.
 */
final class WaitingStreams extends ChannelInboundHandlerAdapter {
  private final Http2RemoteFlowController windows;

  private WaitingStreams(Http2RemoteFlowController windows) {
    this.windows = windows;
  }

  /** From now on the connection's streams are woken. */
  static void wake(ChannelPipeline pipeline, Http2ConnectionHandler handler) {
    pipeline.addAfter(
        pipeline.context(handler).name(),
        "waiting-streams",
        new WaitingStreams(handler.encoder().flowController()));
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Http2Exception {
    if (context.channel().isWritable()) {
      // The window that new streams get stays as it is, but with it each stream is looked at.
      windows.initialWindowSize(windows.initialWindowSize());
    }
    context.fireChannelWritabilityChanged();
  }
}
