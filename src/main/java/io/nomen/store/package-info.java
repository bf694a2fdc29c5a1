/** File systems: one door to whatever Hadoop reaches, its failures told apart, JSON and digests. */
package io.nomen.store;
