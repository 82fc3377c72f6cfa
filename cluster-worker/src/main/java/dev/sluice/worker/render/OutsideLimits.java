package dev.sluice.worker.render;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/**
 * Caps a program that has just been started, by Linux' {@code prlimit(2)}. The same limits as
 * {@link Capped} sets, without a shell that has to be started first, which takes a twelfth of what
 * a small kustomization takes. What a program has taken before counts against its limits too, so
 * the moment without any gains it nothing.
 */
final class OutsideLimits {

  /** {@code RLIMIT_*} of Linux, the same on all of its 64-bit systems but MIPS and SPARC. */
  private enum Resource {
    CPU(0),
    FSIZE(1),
    DATA(2),
    CORE(4);

    private final int number;

    Resource(int number) {
      this.number = number;
    }
  }

  private static final String ERRNO = "errno";
  private static final int NO_SUCH_PROCESS = 3;
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERROR_NUMBER =
      STATE.varHandle(MemoryLayout.PathElement.groupElement(ERRNO));

  private static final Optional<OutsideLimits> HERE = find();

  private final MethodHandle prlimit;

  private OutsideLimits(MethodHandle prlimit) {
    this.prlimit = prlimit;
  }

  /** Empty on systems that cannot do it. */
  static Optional<OutsideLimits> ofThisSystem() {
    return HERE;
  }

  @SuppressWarnings("restricted") // a wrong signature would crash the process; this is the manual's
  private static Optional<OutsideLimits> find() {
    String machine = System.getProperty("os.arch");
    if (!System.getProperty("os.name").equals("Linux")
        || !(machine.equals("amd64") || machine.equals("aarch64"))) {
      return Optional.empty();
    }
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor type =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS);
    return linker
        .defaultLookup()
        .find("prlimit")
        .map(
            function ->
                new OutsideLimits(
                    linker.downcallHandle(function, type, Linker.Option.captureCallState(ERRNO))))
        .filter(OutsideLimits::isAllowed);
  }

  /** Some containers forbid it, so it is tried on a program that waits. */
  private boolean isAllowed() {
    try {
      Process waiting = new ProcessBuilder("/bin/sh", "-c", "read line").start();
      try {
        return set(waiting, Resource.CORE, 0);
      } finally {
        waiting.destroyForcibly();
      }
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Caps a process that may have ended already.
   *
   * @throws IOException if it has not, and cannot be capped
   */
  void cap(Process process, RenderLimits limits) throws IOException {
    boolean capped =
        set(process, Resource.DATA, limits.memory())
            && set(process, Resource.CPU, Capped.processorSeconds(limits))
            && set(process, Resource.FSIZE, Capped.LARGEST_FILE)
            && set(process, Resource.CORE, 0);
    if (!capped) {
      throw new IOException("its memory and time cannot be limited");
    }
  }

  /** Whether it is limited; what has ended needs no limit. */
  private boolean set(Process process, Resource resource, long limit) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment softAndHard = arena.allocateFrom(ValueLayout.JAVA_LONG, limit, limit);
      int result =
          (int)
              prlimit.invokeExact(
                  state, (int) process.pid(), resource.number, softAndHard, MemorySegment.NULL);
      // Process.isAlive is true for a moment longer than this
      return result == 0 || (int) ERROR_NUMBER.get(state, 0L) == NO_SUCH_PROCESS;
    } catch (Throwable e) {
      throw new AssertionError("prlimit takes these", e);
    }
  }
}
