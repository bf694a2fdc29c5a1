/** What people said of a run, and the run that obeys them. */
package io.nomen.refine;
