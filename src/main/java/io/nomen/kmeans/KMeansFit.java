package io.nomen.kmeans;

import java.util.List;

/**
 * What k-means found.
 *
 * @param best the centres with the greatest objective
 * @param finished all centres that were finished on all rows, best first; {@code best} is the first
 * @param passes passes over all rows that the finish took
 */
public record KMeansFit(Centres best, List<Centres> finished, int passes) {}
