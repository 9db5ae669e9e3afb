/**
 * The OCI distribution API, for pulling and pushing: a request's path is parsed once ({@link
 * dev.larder.registry.RegistryPath}), its repository is found ({@link
 * dev.larder.registry.Namespaces}), and the handler of its endpoint answers, from what was pushed
 * here or from a mirror. {@link dev.larder.registry.RegistryHandler} is the way in; all that goes
 * wrong becomes an answer in {@link dev.larder.registry.ErrorResponses}.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md">OCI
 *     distribution specification</a>
 */
@NullMarked
package dev.larder.registry;

import org.jspecify.annotations.NullMarked;
