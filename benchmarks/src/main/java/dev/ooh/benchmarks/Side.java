package dev.ooh.benchmarks;

/** Who tracks. */
public enum Side {
  C {
    @Override
    TrackedMemory open(int mebibytes) {
      return new CFloor(mebibytes);
    }
  },
  JAVA {
    @Override
    TrackedMemory open(int mebibytes) {
      return new JavaSide(mebibytes);
    }
  };

  abstract TrackedMemory open(int mebibytes);
}
