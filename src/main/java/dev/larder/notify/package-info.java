/**
 * Notifications by webhook, in the form of the CNCF distribution project's registry, whose
 * consumers they are for.
 */
@NullMarked
package dev.larder.notify;

import org.jspecify.annotations.NullMarked;
