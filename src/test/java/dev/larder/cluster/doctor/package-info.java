/** Tests of the control socket, over real sockets. */
@NullMarked
package dev.larder.cluster.doctor;

import org.jspecify.annotations.NullMarked;
