package dev.larder.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2LocalFlowController;

/**
 * Ends a connection whose client fills its windows with next to nothing a frame: flow control
 * counts bytes, but a frame of one byte costs a hundred and more to keep while it waits.
 */
final class WaitingFrames extends Http2FrameListenerDecorator {
  /** With windows that are full, 256 bytes a frame; such as are kept cost a few megabytes. */
  private static final int MAX_FRAMES = 16 * 1024;

  private final Http2Connection connection;
  private final Http2LocalFlowController windows;

  /** Of all DATA frames, with their padding. */
  private long received;

  /** Frames from {@code generation} on, and those of the generation before it. */
  private int younger;

  private int older;

  /** What had been received when the frames of now began to be counted. */
  private long generation;

  private WaitingFrames(Http2FrameListener listener, Http2ConnectionHandler handler) {
    super(listener);
    this.connection = handler.connection();
    this.windows = handler.decoder().flowController();
  }

  /** From now on the connection's frames are counted. */
  static void limit(Http2ConnectionHandler handler) {
    handler.decoder().frameListener(new WaitingFrames(handler.decoder().frameListener(), handler));
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean end)
      throws Http2Exception {
    received += data.readableBytes() + padding;
    younger++;
    // A frame may wait for as long as anything before it does.
    if (received - windows.unconsumedBytes(connection.connectionStream()) >= generation) {
      older = younger;
      younger = 0;
      generation = received;
    }
    if (older + younger > MAX_FRAMES) {
      throw Http2Exception.connectionError(
          Http2Error.ENHANCE_YOUR_CALM, "more than %d frames wait", MAX_FRAMES);
    }
    return super.onDataRead(context, stream, data, padding, end);
  }
}
