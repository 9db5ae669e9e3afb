/**
 * A container engine's API: Docker's, and Podman's compatible one.
 *
 * <p>What the engine knows comes out as values, what it refuses as {@link EngineException}, whose
 * message is for the user. The library that speaks to it stays in here.
 */
@NullMarked
package dev.larder.engine;

import org.jspecify.annotations.NullMarked;
