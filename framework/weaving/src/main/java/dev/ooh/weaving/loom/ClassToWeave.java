package dev.ooh.weaving.loom;

import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.MethodGraph;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.pool.TypePool;
import org.jspecify.annotations.Nullable;

/**
 * A class as Byte Buddy sees it before it is loaded, to be redefined without a change of its shape:
 * no member is added or changed. Belongs to one thread.
 */
public final class ClassToWeave {
  private static final ByteBuddy SHAPE_KEEPING =
      new ByteBuddy()
          .with(Implementation.Context.Disabled.Factory.INSTANCE)
          .with(MethodGraph.Compiler.ForDeclaredMethods.INSTANCE);

  private final TypeDescription type;
  private final ClassFileLocator locator;

  /**
   * Describes a class.
   *
   * @param className with dots
   * @param loader where the class's own types are found; null is the boot loader. Types that it
   *     lacks, such as a marker, which a bundle need not import, are found through the weaver
   */
  public ClassToWeave(String className, byte[] classFile, @Nullable ClassLoader loader) {
    locator =
        new ClassFileLocator.Compound(
            ClassFileLocator.Simple.of(className, classFile),
            ClassFileLocator.ForClassLoader.of(loader),
            ClassFileLocator.ForClassLoader.of(ClassToWeave.class.getClassLoader()));
    type = TypePool.Default.of(locator).describe(className).resolve();
  }

  public TypeDescription type() {
    return type;
  }

  public DynamicType.Builder<?> redefine() {
    return SHAPE_KEEPING.redefine(type, locator);
  }
}
