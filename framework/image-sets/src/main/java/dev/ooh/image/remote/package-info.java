/**
 * Image sets over TCP: CRIU's page server and its clients, in both versions of their header, and
 * page servers of our own, which take whole sets and tell when they are durable.
 *
 * <p>Sets are files and names here: it may use {@code store} and what is below it, and needs
 * neither {@code reader} nor {@code writer}.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.image.remote;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
