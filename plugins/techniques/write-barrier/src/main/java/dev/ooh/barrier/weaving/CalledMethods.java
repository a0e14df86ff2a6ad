package dev.ooh.barrier.weaving;

import dev.ooh.barrier.weaving.StoreCatalogue.Kind;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDefinition;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.pool.TypePool;
import org.jspecify.annotations.Nullable;

/**
 * What calls are to the weaver, those included that name a class that only inherits its method from
 * one of the JDK, as an Inflater of one's own does. Belongs to one thread.
 */
final class CalledMethods {
  private final TypePool pool;

  /**
   * @param pool has what the woven class names
   */
  CalledMethods(TypePool pool) {
    this.pool = pool;
  }

  Kind kindOf(String owner, String name, String descriptor) {
    Kind kind = StoreCatalogue.kindOf(owner, name, descriptor);
    if (kind != Kind.NONE || !StoreCatalogue.mayBeInherited(owner, descriptor)) {
      return kind;
    }
    try {
      String declaring =
          declaring(pool.describe(owner.replace('/', '.')).resolve(), name, descriptor);
      return declaring == null ? Kind.NONE : StoreCatalogue.kindOf(declaring, name, descriptor);
    } catch (TypePool.Resolution.NoSuchTypeException e) {
      // A class above it is missing, or another bundle's own: nobody can tell whose method it is.
      return Kind.HANDED_OUT;
    }
  }

  /** The name of the class that has the method; null if none has. */
  private static @Nullable String declaring(TypeDescription type, String name, String descriptor) {
    for (MethodDescription method : type.getDeclaredMethods()) {
      if (method.getInternalName().equals(name) && method.getDescriptor().equals(descriptor)) {
        return type.getInternalName();
      }
    }
    TypeDefinition above = type.getSuperClass();
    String found = above == null ? null : declaring(above.asErasure(), name, descriptor);
    if (found == null) {
      for (TypeDefinition each : type.getInterfaces()) {
        found = found == null ? declaring(each.asErasure(), name, descriptor) : found;
      }
    }
    return found;
  }
}
