package dev.throughline.ledger;

/** Whose entry it is: exactly one channel account, one project, or the installation itself. */
public sealed interface Subject {
  int MAX_ID_LENGTH = 128;

  /** An opaque account id; never something that names a person. */
  record Account(String id) implements Subject {
    public Account {
      requireId(id);
    }

    @Override
    public String line() {
      return "account " + id;
    }
  }

  /** An opaque project id. */
  record Project(String id) implements Subject {
    public Project {
      requireId(id);
    }

    @Override
    public String line() {
      return "project " + id;
    }
  }

  /** The installation as a whole. */
  record Installation() implements Subject {
    @Override
    public String line() {
      return "installation";
    }
  }

  /** The line of the entry, without its line feed. */
  String line();

  private static void requireId(String id) {
    if (id.isEmpty() || id.length() > MAX_ID_LENGTH || !id.chars().allMatch(Subject::allowed)) {
      throw new RefusedException(
          "An id in an entry is 1 to 128 letters, digits or characters of '-._~:/'.");
    }
  }

  private static boolean allowed(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~:/".indexOf(c) >= 0;
  }
}
