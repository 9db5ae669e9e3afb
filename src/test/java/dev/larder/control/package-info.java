/** Tests of the control socket, over real sockets. */
@NullMarked
package dev.larder.control;

import org.jspecify.annotations.NullMarked;
