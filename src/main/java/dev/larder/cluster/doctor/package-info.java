/**
 * What keeps a cluster from pulling through Larder, and what to do about it: a check a class, which
 * reads and changes nothing. {@link dev.larder.cluster.doctor.Doctor} makes them all.
 */
@NullMarked
package dev.larder.cluster.doctor;

import org.jspecify.annotations.NullMarked;
