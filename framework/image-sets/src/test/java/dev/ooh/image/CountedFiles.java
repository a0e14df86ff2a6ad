package dev.ooh.image;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** A file system in memory that counts what is asked of it; each entry of a directory is one. */
final class CountedFiles extends FileSystem {
  private final FileSystem memory = Jimfs.newFileSystem(Configuration.unix());
  private final Provider provider = new Provider();
  private int count;

  /** Steps since the last call. */
  int taken() {
    int taken = count;
    count = 0;
    return taken;
  }

  private static final class Plain {
    static Path of(Path path) {
      return Proxy.getInvocationHandler(path) instanceof Handler handler ? handler.plain : path;
    }
  }

  private final class Handler implements java.lang.reflect.InvocationHandler {
    private final Path plain;

    Handler(Path plain) {
      this.plain = plain;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      if (method.getName().equals("getFileSystem")) {
        return CountedFiles.this;
      }
      Object[] given = arguments == null ? new Object[0] : arguments.clone();
      for (int i = 0; i < given.length; i++) {
        if (given[i] instanceof Path path && Proxy.isProxyClass(path.getClass())) {
          given[i] = Plain.of(path);
        }
      }
      try {
        Object result = method.invoke(plain, given);
        if (result instanceof Iterator<?> paths) {
          List<Path> names = new ArrayList<>();
          paths.forEachRemaining(path -> names.add(counted((Path) path)));
          return names.iterator();
        }
        return result instanceof Path path ? counted(path) : result;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }

  private Path counted(Path plain) {
    return (Path)
        Proxy.newProxyInstance(
            CountedFiles.class.getClassLoader(), new Class<?>[] {Path.class}, new Handler(plain));
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() throws IOException {
    memory.close();
  }

  @Override
  public boolean isOpen() {
    return memory.isOpen();
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return memory.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return memory.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return counted(memory.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw new UnsupportedOperationException();
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }

  private final class Provider extends FileSystemProvider {
    private final FileSystemProvider plain = memory.provider();

    @Override
    public String getScheme() {
      return "counted";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      count++;
      return plain.newByteChannel(Plain.of(path), options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
      count++;
      DirectoryStream<Path> found = plain.newDirectoryStream(Plain.of(directory), each -> true);
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          return StreamSupport.stream(found.spliterator(), false)
              .peek(each -> count++)
              .map(CountedFiles.this::counted)
              .iterator();
        }

        @Override
        public void close() throws IOException {
          found.close();
        }
      };
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
      count++;
      plain.createDirectory(Plain.of(directory), attributes);
    }

    @Override
    public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
        throws IOException {
      count++;
      plain.createSymbolicLink(Plain.of(link), Plain.of(target), attributes);
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
      count++;
      return counted(plain.readSymbolicLink(Plain.of(link)));
    }

    @Override
    public void delete(Path path) throws IOException {
      count++;
      plain.delete(Plain.of(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
      count++;
      plain.copy(Plain.of(source), Plain.of(target), options);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
      count++;
      plain.move(Plain.of(source), Plain.of(target), options);
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
      count++;
      return plain.isSameFile(Plain.of(path), Plain.of(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return plain.isHidden(Plain.of(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
      return plain.getFileStore(Plain.of(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      count++;
      plain.checkAccess(Plain.of(path), modes);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      return plain.getFileAttributeView(Plain.of(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      count++;
      return Objects.requireNonNull(plain.readAttributes(Plain.of(path), type, options));
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
        throws IOException {
      count++;
      return plain.readAttributes(Plain.of(path), names, options);
    }

    @Override
    public void setAttribute(Path path, String name, Object value, LinkOption... options)
        throws IOException {
      plain.setAttribute(Plain.of(path), name, value, options);
    }
  }
}
