/**
 * Who may do what: users with passwords ({@link dev.larder.registry.access.Htpasswd}), tokens of an
 * issuer, and rules by repository. {@link dev.larder.registry.access.AccessControl} decides; how a
 * decision becomes an answer is the registry's. Credentials are never logged, nor part of a
 * message.
 */
@NullMarked
package dev.larder.registry.access;

import org.jspecify.annotations.NullMarked;
