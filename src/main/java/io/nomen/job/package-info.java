/** The jobs: which stages run, in what order, what is resumed and what is recorded. */
package io.nomen.job;
