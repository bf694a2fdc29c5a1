/**
 * What a job leaves behind and how it is reached: file systems, the run folder with its attempts,
 * lease and pointer, and the tables.
 */
package io.nomen.store;
