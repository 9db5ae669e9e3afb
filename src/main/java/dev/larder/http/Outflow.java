package dev.larder.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands next to the socket of a connection and sees what Vert.x doesn't tell: how much of a file
 * has left, and whether the client takes any of what waits for it. A connection whose client takes
 * nothing for the given time is closed, which fails the write that somebody waits for. One that has
 * nothing to write is left alone, however long its handler thinks.
 */
final class Outflow extends IdleStateHandler {
  private static final Logger log = LoggerFactory.getLogger(Outflow.class);

  private @Nullable FileRegion region;
  private long regionsBefore;

  Outflow(Duration stall) {
    super(true, 0, stall.toMillis(), 0, TimeUnit.MILLISECONDS);
  }

  /** How many bytes of files have left through this connection. On the event loop. */
  long fileBytes() {
    return regionsBefore + (region == null ? 0 : region.transferred());
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
      throws Exception {
    if (message instanceof FileRegion next) {
      regionsBefore = fileBytes();
      region = next;
    }
    super.write(context, message, promise);
  }

  @Override
  protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
    // The first event after a finished write says nothing about the next one's progress.
    ChannelOutboundBuffer waiting = context.channel().unsafe().outboundBuffer();
    if (!event.isFirst() && waiting != null && !waiting.isEmpty()) {
      log.debug("{} takes nothing any more: closing", context.channel().remoteAddress());
      var _ = context.close();
    }
  }
}
