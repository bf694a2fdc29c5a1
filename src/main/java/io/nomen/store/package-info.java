/** File systems: one door to whatever Hadoop reaches, its troubles told apart, JSON and digests. */
package io.nomen.store;
