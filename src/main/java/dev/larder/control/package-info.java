/**
 * How a command reaches the Larder that serves a data folder: {@link
 * dev.larder.control.ControlServer} listens at a Unix domain socket, {@link
 * dev.larder.control.ControlClient} asks it to run an {@link dev.larder.control.Operation}. Knows
 * no registry and no store; what the operations do is given to it.
 *
 * <p>The protocol is lines of JSON. The client sends one, {@code
 * {"operation":"gc","arguments":{…}}}. The server answers with any number of {@code
 * {"step":{"what":"reading blobs","unit":"BYTES","done":1,"total":2}}}, and at last with {@code
 * {"result":{…}}} or {@code {"failed":"a sentence"}}; then the client may ask for the next one. Who
 * may open the socket may do all of it: that is the file's owner.
 */
@NullMarked
package dev.larder.control;

import org.jspecify.annotations.NullMarked;
