/** The client of other registries, held against registries, networks and logins that misbehave. */
@NullMarked
package dev.larder.upstream;

import org.jspecify.annotations.NullMarked;
