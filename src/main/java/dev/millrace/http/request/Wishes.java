package dev.millrace.http.request;

import dev.millrace.agent.Agents;
import dev.millrace.artifact.Artifacts;
import dev.millrace.bus.Reading;
import dev.millrace.bus.RequestReader;
import dev.millrace.http.HttpSettings;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.intake.fetch.Attachments;
import dev.millrace.job.Digest;
import dev.millrace.job.FileNames;
import dev.millrace.job.Finding;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobRequest;
import dev.millrace.security.Caller;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what is posted as a job: JSON, or a form with files. */
@Singleton
public final class Wishes {
  private final RequestReader reader;
  private final Agents agents;
  private final Artifacts artifacts;
  private final Attachments attachments;
  private final UploadIds ids;
  private final ObjectMapper json;
  private final HttpSettings limits;

  public Wishes(
      RequestReader reader,
      Agents agents,
      Artifacts artifacts,
      Attachments attachments,
      UploadIds ids,
      ObjectMapper json,
      HttpSettings limits) {
    this.reader = reader;
    this.agents = agents;
    this.artifacts = artifacts;
    this.attachments = attachments;
    this.ids = ids;
    this.json = json;
    this.limits = limits;
  }

  /**
   * @throws Refusal with everything that is wrong
   */
  public Wish read(Body body, Caller caller) {
    if (!body.isMultipart()) {
      byte[] bytes = body.json(limits.largestRequest());
      return wish(bytes, Digest.sha256(bytes), caller, List.of());
    }
    var sent = new Sent();
    try (InputStream in = body.stream(limits.largestUpload())) {
      take(new Multipart(in, boundary(body)), caller, sent);
      return wish(sent.body(), sent.hash(), caller, sent.files);
    } catch (IOException e) {
      forget(caller.tenant(), sent.uploads());
      throw new UncheckedIOException("a form that cannot be read", e);
    } catch (RuntimeException e) {
      forget(caller.tenant(), sent.uploads());
      throw e;
    }
  }

  /** Forgets what was sent ahead for one request alone. */
  public void forget(String tenant, List<String> uploads) {
    uploads.forEach(upload -> artifacts.forget(tenant, upload));
  }

  private static String boundary(Body body) {
    String boundary = body.parameter("boundary");
    if (boundary == null) {
      throw Multipart.malformed("the content type names no boundary");
    }
    return boundary;
  }

  private void take(Multipart form, Caller caller, Sent sent) throws IOException {
    for (var part = form.next(); part.isPresent(); part = form.next()) {
      String name = part.get().name();
      String fileName = part.get().fileName();
      if (name.equals("request")) {
        sent.request = field(part.get().content());
      } else if (fileName == null && name.equals("file")) {
        throw Refusal.invalid(
            "/file", "is a text; a file comes with its name, as curl sends it for file=@sales.csv");
      } else if (fileName == null) {
        sent.fields.put(name, new String(field(part.get().content()), StandardCharsets.UTF_8));
      } else {
        String upload = ids.next(caller.owner());
        var kept = artifacts.upload(caller.tenant(), upload, part.get().content());
        sent.files.add(new InputFile(fileName, upload, null, null, null, 0));
        sent.hashes.add(kept.sha256());
      }
    }
  }

  private byte[] field(InputStream content) throws IOException {
    byte[] bytes = content.readNBytes(limits.largestRequest() + 1);
    if (bytes.length > limits.largestRequest()) {
      throw Body.tooLarge(limits.largestRequest());
    }
    return bytes;
  }

  /** What a form brought. */
  private final class Sent {
    private byte @Nullable [] request;
    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final List<InputFile> files = new ArrayList<>();
    private final List<String> hashes = new ArrayList<>();

    byte[] body() throws IOException {
      if (request != null && !fields.isEmpty()) {
        throw Refusal.invalid(
            "/" + fields.keySet().iterator().next(),
            "must stand in the part named request, which this form has");
      }
      return request == null ? json.writeValueAsBytes(fields) : request;
    }

    String hash() throws IOException {
      var all = new StringBuilder(Digest.sha256(body()));
      for (int i = 0; i < files.size(); i++) {
        all.append('\n').append(hashes.get(i)).append(' ').append(files.get(i).name());
      }
      return Digest.sha256(all.toString().getBytes(StandardCharsets.UTF_8));
    }

    List<String> uploads() {
      return files.stream().map(InputFile::uploadId).filter(id -> id != null).toList();
    }
  }

  private Wish wish(byte[] body, String hash, Caller caller, List<InputFile> files) {
    return switch (reader.read(body)) {
      case Reading.Unreadable(String reason, String description) ->
          throw Refusal.invalid("", description);
      case Reading.PointsTo(var job) ->
          throw Refusal.invalid("/pointer", "is for messages that Millrace sends to itself");
      case Reading.Wrong(JobRequest request, List<Finding> findings) ->
          throw wrong(request, findings);
      case Reading.Wants(JobRequest request, List<String> warnings, var manner) -> {
        var all = new ArrayList<>(request.files());
        all.addAll(files);
        var whole = request.withFiles(all);
        check(whole, caller);
        yield new Wish(
            whole,
            warnings,
            manner,
            hash,
            files.stream().map(f -> String.valueOf(f.uploadId())).toList());
      }
    };
  }

  private static Refusal wrong(JobRequest request, List<Finding> findings) {
    boolean onlyKind = findings.size() == 1 && findings.getFirst().at().equals("/kind");
    return onlyKind && request.kind() != JobRequest.Kind.AGENT
        ? Refusal.of(Code.NOT_BUILT, "Only jobs of kind agent can be run so far.")
        : Refusal.invalid(findings);
  }

  private void check(JobRequest request, Caller caller) {
    var findings = new ArrayList<Finding>();
    if (agents.find(request.agent()).isEmpty()) {
      findings.add(
          new Finding(
              "/agent",
              "is nobody here; there are: "
                  + String.join(", ", new java.util.TreeSet<>(agents.names()))));
    }
    findings.addAll(FileNames.check(request.files()));
    for (int i = 0; i < request.files().size(); i++) {
      InputFile file = request.files().get(i);
      if (file.uploadId() != null && !uploaded(caller, file.uploadId())) {
        findings.add(
            new Finding("/files/" + i + "/uploadId", "no upload has this id; send the file again"));
      }
      if (file.url() != null) {
        String at = "/files/" + i + "/url";
        attachments.refusal(file.url()).ifPresent(why -> findings.add(new Finding(at, why)));
      }
      if (file.base64() != null && !isBase64(file.base64())) {
        findings.add(new Finding("/files/" + i + "/base64", "is not Base64"));
      }
    }
    if (!findings.isEmpty()) {
      throw Refusal.invalid(findings);
    }
  }

  private boolean uploaded(Caller caller, String id) {
    return ids.mayUse(caller, id) && artifacts.uploaded(caller.tenant(), id);
  }

  private static boolean isBase64(String text) {
    try {
      Base64.getDecoder().decode(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
