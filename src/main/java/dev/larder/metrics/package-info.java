/**
 * What is counted while Larder serves: {@link dev.larder.metrics.Metrics} has a Micrometer counter
 * for each {@link dev.larder.metrics.Count} of each upstream. Counting takes no lock. Prometheus
 * gets them, and what else can be measured, as text.
 */
@NullMarked
package dev.larder.metrics;

import org.jspecify.annotations.NullMarked;
