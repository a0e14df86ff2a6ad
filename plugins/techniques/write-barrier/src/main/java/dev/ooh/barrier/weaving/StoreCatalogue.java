package dev.ooh.barrier.weaving;

import java.util.Set;
import java.util.function.Predicate;
import net.bytebuddy.jar.asm.Type;

/** Which calls store to memory off the heap, by what can be done about them. */
final class StoreCatalogue {
  static final String SEGMENT = "java/lang/foreign/MemorySegment";
  static final String VAR_HANDLE = "java/lang/invoke/VarHandle";
  static final String METHOD_HANDLE = "java/lang/invoke/MethodHandle";
  private static final String METHOD_HANDLES = "java/lang/invoke/MethodHandles";
  private static final String ALLOCATOR = "java/lang/foreign/SegmentAllocator";
  private static final String ARENA = "java/lang/foreign/Arena";
  private static final String OBJECT = "java/lang/Object";

  private static final Set<String> SEGMENT_STORES =
      Set.of("set", "setAtIndex", "setString", "fill", "copyFrom", "copy");
  private static final Set<String> ADAPTERS =
      Set.of(
          "insertCoordinates",
          "filterValue",
          "filterCoordinates",
          "collectCoordinates",
          "permuteCoordinates",
          "dropCoordinates");
  private static final Set<String> HANDLE_MAKERS =
      Set.of("withInvokeExactBehavior", "withInvokeBehavior", "toMethodHandle");

  /** What the JDK only reads from memory that it is given. */
  private static final Set<String> READERS = Set.of("write", "send", "equals", "compareTo");

  private StoreCatalogue() {}

  /** What a call is to the weaver. */
  enum Kind {
    /** Not of interest. */
    NONE,
    SEGMENT,
    BUFFER,
    VARIABLE,
    /** Makes a variable handle. */
    MAKER,
    /** May store to all memory that it is given, or returns. */
    HANDED_OUT,
    /** Stores to the segment that it returns. */
    ALLOCATION,
    /** Calls a method handle with what may be memory, or returns some, as a structure is. */
    INVOCATION,
    /** Stores to addresses that nobody sees. */
    UNSEEN,
    /** Leads to stores that nobody sees, later. */
    UNFOLLOWED
  }

  static Kind kindOf(String owner, String name, String descriptor) {
    if (owner.equals(SEGMENT)) {
      return SEGMENT_STORES.contains(name) && !toArray(name, descriptor) ? Kind.SEGMENT : Kind.NONE;
    }
    if (owner.equals(VAR_HANDLE)) {
      return HANDLE_MAKERS.contains(name) ? Kind.MAKER : variable(name);
    }
    if (owner.equals(METHOD_HANDLES)) {
      return ADAPTERS.contains(name) && descriptor.startsWith("(L" + VAR_HANDLE + ";")
          ? Kind.MAKER
          : Kind.NONE;
    }
    if (owner.equals(METHOD_HANDLE)) {
      return invocation(name, descriptor);
    }
    if (name.equals("allocateFrom") && descriptor.endsWith(")L" + SEGMENT + ";")) {
      return Kind.ALLOCATION;
    }
    if (owner.startsWith("java/lang/reflect/")) {
      return name.equals("invoke") || name.equals("newInstance") ? Kind.HANDED_OUT : Kind.NONE;
    }
    if (owner.startsWith("java/lang/foreign/")) {
      return foreign(owner, name);
    }
    if (isBuffer(owner)) {
      if (name.equals("read")) {
        return Kind.HANDED_OUT;
      }
      return name.startsWith("put") || name.equals("compact") || name.equals("append")
          ? Kind.BUFFER
          : Kind.NONE;
    }
    if (owner.equals("sun/misc/Unsafe")) {
      return name.startsWith("put")
              || name.startsWith("compareAndSwap")
              || name.startsWith("getAnd")
              || name.equals("setMemory")
              || name.equals("copyMemory")
          ? Kind.UNSEEN
          : Kind.NONE;
    }
    if (!isOfTheJdk(owner) || READERS.contains(name) || !takesMemory(descriptor)) {
      return Kind.NONE;
    }
    // Their reads store after the call returned.
    return owner.startsWith("java/nio/channels/Asynchronous") ? Kind.UNFOLLOWED : Kind.HANDED_OUT;
  }

  /** Whether a method of the JDK may be called by the name of a class that inherits it. */
  static boolean mayBeInherited(String owner, String descriptor) {
    // A record's own methods name its fields, whose descriptors are of no method.
    return descriptor.startsWith("(")
        && !isOfTheJdk(owner)
        && !owner.startsWith("[")
        && takesMemory(descriptor);
  }

  private static boolean isOfTheJdk(String owner) {
    return owner.startsWith("java/") || owner.startsWith("javax/") || owner.startsWith("jdk/");
  }

  private static Kind invocation(String name, String descriptor) {
    if (name.equals("invokeWithArguments")) {
      return Kind.HANDED_OUT;
    }
    boolean invokes = name.equals("invokeExact") || name.equals("invoke");
    return invokes && (takesMemory(descriptor) || isOfAnything(descriptor))
        ? Kind.INVOCATION
        : Kind.NONE;
  }

  private static Kind variable(String name) {
    boolean reads = Set.of("get", "getVolatile", "getOpaque", "getAcquire").contains(name);
    boolean stores =
        name.startsWith("set")
            || name.startsWith("compareAnd")
            || name.startsWith("weakCompareAnd")
            || name.startsWith("getAnd");
    return stores && !reads ? Kind.VARIABLE : Kind.NONE;
  }

  private static Kind foreign(String owner, String name) {
    if (name.equals("varHandle") || name.equals("arrayElementVarHandle")) {
      return Kind.MAKER;
    }
    return owner.equals(ALLOCATOR)
            && (name.equals("slicingAllocator") || name.equals("prefixAllocator"))
        ? Kind.UNFOLLOWED
        : Kind.NONE;
  }

  /** {@code copy(segment, layout, offset, array, index, count)} stores to the heap. */
  private static boolean toArray(String name, String descriptor) {
    return name.equals("copy") && descriptor.endsWith("Ljava/lang/Object;II)V");
  }

  private static boolean isBuffer(String owner) {
    return owner.startsWith("java/nio/") && owner.endsWith("Buffer") && owner.indexOf('/', 9) < 0;
  }

  private static boolean takesMemory(String descriptor) {
    return takes(descriptor, type -> type.equals(SEGMENT) || isBuffer(type));
  }

  /** Whether memory may be among the arguments, undeclared, or be allocated and returned. */
  private static boolean isOfAnything(String descriptor) {
    return descriptor.endsWith(")L" + SEGMENT + ";")
        || descriptor.endsWith(")L" + OBJECT + ";")
        || takes(descriptor, Set.of(OBJECT, ALLOCATOR, ARENA)::contains);
  }

  private static boolean takes(String descriptor, Predicate<String> internalName) {
    for (Type parameter : Type.getArgumentTypes(descriptor)) {
      Type element = parameter.getSort() == Type.ARRAY ? parameter.getElementType() : parameter;
      if (element.getSort() == Type.OBJECT && internalName.test(element.getInternalName())) {
        return true;
      }
    }
    return false;
  }
}
