package dev.larder.engine;

/**
 * How far a layer's push is.
 *
 * @param layer the layer's short id
 * @param status the engine's word for what it does: {@code Pushing}, {@code Layer already exists}
 * @param done bytes
 * @param total bytes; 0 while unknown
 */
public record PushProgress(String layer, String status, long done, long total) {}
