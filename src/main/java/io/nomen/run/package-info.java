/**
 * A run and what it leaves behind: its folder with attempts, lease, pointer and record, and its
 * tables.
 */
package io.nomen.run;
