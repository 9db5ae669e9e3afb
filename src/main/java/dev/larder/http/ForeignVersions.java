package dev.larder.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Marks requests of another version than HTTP/1.0 and HTTP/1.1 as none, so that they are refused as
 * others are that can't be read: Vert.x would answer them itself, without a body.
 */
@ChannelHandler.Sharable
final class ForeignVersions extends ChannelInboundHandlerAdapter {
  private static final ForeignVersions INSTANCE = new ForeignVersions();

  private ForeignVersions() {}

  /** Why such a request is none. */
  static final class VersionException extends Exception {
    private static final long serialVersionUID = 1L;

    VersionException(HttpVersion version) {
      super("not a version that is spoken here: " + version);
    }
  }

  /** From now on requests of the connection are looked at when they have been decoded. */
  static void mark(ChannelPipeline pipeline) {
    pipeline.addAfter(
        pipeline.context(HttpRequestDecoder.class).name(), "foreign-versions", INSTANCE);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request
        && request.decoderResult().isSuccess()
        && !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
      request.setDecoderResult(
          DecoderResult.failure(new VersionException(request.protocolVersion())));
    }
    context.fireChannelRead(message);
  }
}
