/** Makes the data of the gallery from the tables of a finished run. */
package io.nomen.gallery.feed;
