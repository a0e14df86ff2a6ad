package dev.ooh.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.spi.FileSystemProvider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * Buckets of S3, and of whatever speaks its protocol: {@code s3://bucket/folder}. Region,
 * credentials and endpoint are where Amazon's tools look for them: {@code AWS_REGION}, {@code
 * AWS_ACCESS_KEY_ID}, {@code AWS_ENDPOINT_URL_S3}, {@code ~/.aws} and so on. The system property
 * {@code ooh.s3.path-style} puts the bucket's name behind the host's, as servers want it that have
 * no host name for each bucket.
 *
 * <p>A file is an object, which others see when it is closed; {@link StandardOpenOption#CREATE_NEW}
 * is a conditional write, so closing it fails if there is one by then, provided that the store
 * heeds the condition ({@code If-None-Match}), as Amazon's does and not all others do; image stores
 * try that before they trust it. A directory is there when something is in it. Nothing is renamed,
 * linked or locked. Safe for any thread.
 */
@Component(service = FileSystemProvider.class)
public final class S3FileSystemProvider extends FileSystemProvider {
  private final Map<String, S3FileSystem> systems = new ConcurrentHashMap<>();
  private final Supplier<S3Client> connect;
  private @Nullable S3Client client;

  /** Connects when it is used first. */
  public S3FileSystemProvider() {
    this(S3FileSystemProvider::connect);
  }

  S3FileSystemProvider(Supplier<S3Client> connect) {
    this.connect = connect;
  }

  /**
   * Of a client whose uploads wait for no leave to continue: where a connection that is reused was
   * closed by the store meanwhile, that wait fails in a way that the SDK doesn't take for one to
   * try again.
   */
  static S3ClientBuilder builder() {
    return S3Client.builder()
        .httpClient(UrlConnectionHttpClient.create())
        .serviceConfiguration(configuration -> configuration.expectContinueEnabled(false));
  }

  private static S3Client connect() {
    S3ClientBuilder builder = builder();
    if (Boolean.getBoolean("ooh.s3.path-style")) {
      builder.forcePathStyle(true);
    }
    return builder.build();
  }

  private synchronized S3Client client() {
    S3Client made = client;
    if (made == null) {
      made = connect.get();
      client = made;
    }
    return made;
  }

  @Override
  public String getScheme() {
    return "s3";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> settings) {
    return getFileSystem(uri);
  }

  @Override
  public S3FileSystem getFileSystem(URI uri) {
    String bucket = uri.getAuthority();
    if (!getScheme().equalsIgnoreCase(uri.getScheme()) || bucket == null || bucket.isBlank()) {
      throw new IllegalArgumentException(uri + ": wanted s3://bucket/folder");
    }
    try {
      S3Client connected = client();
      return systems.computeIfAbsent(
          bucket, name -> new S3FileSystem(this, new Bucket(connected, name)));
    } catch (SdkException e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public Path getPath(URI uri) {
    return getFileSystem(uri).getPath(uri.getPath() + "/").toAbsolutePath();
  }

  private static S3Path of(Path path) {
    if (path instanceof S3Path ours) {
      return (S3Path) ours.toAbsolutePath().normalize();
    }
    throw new ProviderMismatchException(path + " is no path of S3");
  }

  private static Bucket bucket(S3Path path) {
    return path.getFileSystem().bucket();
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    S3Path file = of(path);
    if (options.contains(StandardOpenOption.APPEND)) {
      throw new UnsupportedOperationException("an object can't be added to");
    }
    if (options.contains(StandardOpenOption.WRITE)) {
      return new ObjectWriter(
          bucket(file), file.key(), options.contains(StandardOpenOption.CREATE_NEW));
    }
    HeadObjectResponse head =
        bucket(file).head(file.key()).orElseThrow(() -> new NoSuchFileException(file.toString()));
    return new ObjectReader(bucket(file), file.key(), head.contentLength());
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    S3Path above = of(directory);
    List<Path> found = new ArrayList<>();
    for (String name : bucket(above).list(above.prefix())) {
      Path entry = directory.resolve(name);
      if (filter.accept(entry)) {
        found.add(entry);
      }
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return found.iterator();
      }

      @Override
      public void close() {}
    };
  }

  /** It is there once something is in it; but the bucket must be. */
  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    S3Path made = of(directory);
    boolean _ = bucket(made).hasPrefix(made.prefix());
  }

  @Override
  public void delete(Path path) throws IOException {
    S3Path file = of(path);
    bucket(file).delete(file.key());
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException("copies of objects");
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    throw new AtomicMoveNotSupportedException(
        source.toString(), target.toString(), "an object keeps its name");
  }

  @Override
  public boolean isSameFile(Path path, Path other) {
    return of(path).equals(of(other));
  }

  @Override
  public boolean isHidden(Path path) {
    return false;
  }

  @Override
  public FileStore getFileStore(Path path) {
    throw new UnsupportedOperationException("stores of buckets");
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    ObjectAttributes _ = attributes(path);
  }

  private static ObjectAttributes attributes(Path path) throws IOException {
    S3Path file = of(path);
    if (file.getNameCount() > 0) {
      Optional<HeadObjectResponse> head = bucket(file).head(file.key());
      if (head.isPresent()) {
        return new ObjectAttributes(
            false, head.get().contentLength(), FileTime.from(head.get().lastModified()));
      }
      if (!bucket(file).hasPrefix(file.prefix())) {
        throw new NoSuchFileException(file.toString());
      }
    }
    return new ObjectAttributes(true, 0, FileTime.from(Instant.EPOCH));
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (!type.isAssignableFrom(ObjectAttributes.class)) {
      throw new UnsupportedOperationException(type + " of objects");
    }
    return type.cast(attributes(path));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    ObjectAttributes found = attributes(path);
    return Map.of(
        "size", found.size(),
        "isDirectory", found.isDirectory(),
        "isRegularFile", found.isRegularFile(),
        "lastModifiedTime", found.lastModifiedTime());
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return null;
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) {
    throw new UnsupportedOperationException("attributes of objects");
  }
}
