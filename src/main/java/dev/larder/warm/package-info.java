/**
 * Images before somebody asks for them: which ones Kubernetes' documents name, and bringing them
 * here whole through their mirrors.
 */
@NullMarked
package dev.larder.warm;

import org.jspecify.annotations.NullMarked;
