package dev.sluice.inputs.git;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;

/** Answers of a forge to fetches by HTTP, from a bare repository on disk. */
public final class GitOverHttp {

  private GitOverHttp() {}

  /** Answers a request for the refs or for objects. */
  public static void answer(HttpExchange exchange, Path directory) throws IOException {
    answer(
        exchange,
        directory,
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Git-Protocol")));
  }

  /** Answers like a server that does not know later versions of the protocol. */
  static void answerInFirstVersion(HttpExchange exchange, Path directory) throws IOException {
    answer(exchange, directory, Optional.empty());
  }

  private static void answer(HttpExchange exchange, Path directory, Optional<String> version)
      throws IOException {
    boolean advertises = exchange.getRequestURI().getPath().endsWith("/info/refs");
    exchange
        .getResponseHeaders()
        .set(
            "Content-Type",
            "application/x-git-upload-pack-" + (advertises ? "advertisement" : "result"));
    try (Repository repository = new FileRepository(directory.toFile());
        InputStream request = body(exchange);
        OutputStream response = response(exchange)) {
      UploadPack upload = new UploadPack(repository);
      upload.setBiDirectionalPipe(false);
      version.ifPresent(asked -> upload.setExtraParameters(List.of(asked)));
      if (advertises) {
        PacketLineOut out = new PacketLineOut(response);
        upload.sendAdvertisedRefs(new PacketLineOutRefAdvertiser(out), "git-upload-pack");
      } else {
        upload.upload(request, response, null);
      }
    }
  }

  private static OutputStream response(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  private static InputStream body(HttpExchange exchange) throws IOException {
    return "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
        ? new GZIPInputStream(exchange.getRequestBody())
        : exchange.getRequestBody();
  }
}
