/**
 * How good a clustering is: against labels ({@link io.nomen.evaluate.Scores}), against another run
 * ({@link io.nomen.evaluate.Scores.RunComparison}), and without either ({@link
 * io.nomen.evaluate.Quality}). Plain arrays in, records out. Labels come into Nomen here and
 * nowhere else.
 */
package io.nomen.evaluate;
