package dev.ooh.s3;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;

/** One bucket. It is open as long as its provider. */
final class S3FileSystem extends FileSystem {
  private final S3FileSystemProvider provider;
  private final Bucket bucket;

  S3FileSystem(S3FileSystemProvider provider, Bucket bucket) {
    this.provider = provider;
    this.bucket = bucket;
  }

  Bucket bucket() {
    return bucket;
  }

  /** With which absolute paths begin. */
  String root() {
    return "s3://" + bucket.name() + "/";
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("a bucket stays");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(new S3Path(this, true, List.of()));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    return S3Path.parse(this, more.length == 0 ? first : first + "/" + String.join("/", more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw new UnsupportedOperationException("patterns of names");
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("owners of objects");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("buckets can't be watched");
  }
}
