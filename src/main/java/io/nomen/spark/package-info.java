/** The Spark session and what belongs to it. */
package io.nomen.spark;
