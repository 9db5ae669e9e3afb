/** Tests of the control socket, over real sockets. */
@NullMarked
package dev.larder.cluster;

import org.jspecify.annotations.NullMarked;
