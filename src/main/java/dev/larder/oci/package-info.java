/**
 * The vocabulary of the OCI specifications as immutable values: names, digests, descriptors,
 * manifests, error codes. Everything here is checked when it is made, so that whoever holds one of
 * these need not look again. No I/O.
 */
@NullMarked
package dev.larder.oci;

import org.jspecify.annotations.NullMarked;
