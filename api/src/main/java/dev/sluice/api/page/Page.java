package dev.sluice.api.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The web page. Its files are the same in every installation, so they need no token. All of them
 * but the document itself have the digest of all files in their path: a browser keeps them, and
 * never mixes those of two versions.
 */
public final class Page {

  /** Paths of views; the document reads the view from its address. */
  static final List<String> VIEWS =
      List.of("/", "/applications/*", "/changes", "/changes/*", "/dead-letters", "/deliveries");

  /**
   * Only files of this origin, no inline script or style, no frame, no form that leaves the page.
   *
   * @see <a href="https://www.w3.org/TR/CSP3/">Content Security Policy Level 3</a>
   */
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
          + " data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final String DOCUMENT = "index.html";
  private static final String LIST = "files.txt";
  private static final int DIGITS = 16;

  private final String folder;
  private final PageFile document;
  private final Map<String, PageFile> files;

  private Page(String folder, PageFile document, Map<String, PageFile> files) {
    this.folder = folder;
    this.document = document;
    this.files = files;
  }

  /** Loads the page from the class path. */
  public static Page load() {
    Map<String, byte[]> bodies = new TreeMap<>();
    new String(resource(LIST), UTF_8).lines().forEach(name -> bodies.put(name, resource(name)));
    String folder = "/page/" + digest(bodies) + "/";
    Map<String, PageFile> files = new TreeMap<>();
    bodies.forEach((name, body) -> files.put(name, PageFile.of(name, body)));
    String modules =
        bodies.keySet().stream()
            .filter(name -> name.endsWith(".js"))
            .map(name -> "<link rel=\"modulepreload\" href=\"%s%s\">".formatted(folder, name))
            .collect(Collectors.joining("\n"));
    String html =
        new String(resource(DOCUMENT), UTF_8)
            .replace("@FOLDER@", folder)
            .replace("@MODULES@", modules);
    return new Page(folder, PageFile.of(DOCUMENT, html.getBytes(UTF_8)), Map.copyOf(files));
  }

  /** Adds the routes of the page. */
  public void serve(Router router) {
    VIEWS.forEach(view -> router.get(view).handler(context -> send(context, document, "no-cache")));
    router
        .get(folder + "*")
        .handler(
            context -> {
              PageFile file = files.get(context.normalizedPath().substring(folder.length()));
              if (file == null) {
                context.next();
              } else {
                send(context, file, "public, max-age=31536000, immutable");
              }
            });
  }

  private void send(RoutingContext context, PageFile file, String caching) {
    String tag = "\"%s\"".formatted(folder.substring("/page/".length(), folder.length() - 1));
    HttpServerResponse response =
        context
            .response()
            .putHeader("Cache-Control", caching)
            .putHeader("ETag", tag)
            .putHeader("Vary", "Accept-Encoding")
            .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
            .putHeader("X-Content-Type-Options", "nosniff")
            .putHeader("Referrer-Policy", "no-referrer")
            .putHeader("Cross-Origin-Opener-Policy", "same-origin")
            .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    if (tag.equals(context.request().getHeader("If-None-Match"))) {
      response.setStatusCode(304).end();
      return;
    }
    response.putHeader("Content-Type", file.type());
    if (String.valueOf(context.request().getHeader("Accept-Encoding")).contains("gzip")) {
      response.putHeader("Content-Encoding", "gzip").end(Buffer.buffer(file.compressed()));
    } else {
      response.putHeader("Content-Encoding", "identity").end(Buffer.buffer(file.body()));
    }
  }

  private static String digest(Map<String, byte[]> bodies) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      bodies.forEach(
          (name, body) -> {
            digest.update((name + "\0" + body.length + "\0").getBytes(UTF_8));
            digest.update(body);
          });
      digest.update(resource(DOCUMENT));
      return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the page lacks its file " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the page's file " + name, e);
    }
  }
}
