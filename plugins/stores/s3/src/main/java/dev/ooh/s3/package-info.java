/**
 * Buckets of S3 as file systems: what {@code java.nio.file} asks of one, as far as objects can do
 * it. Creating a file that must not exist is a conditional write, so of two who try one fails.
 */
@NullMarked
package dev.ooh.s3;

import org.jspecify.annotations.NullMarked;
