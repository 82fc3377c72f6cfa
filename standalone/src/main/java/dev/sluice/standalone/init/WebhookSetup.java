package dev.sluice.standalone.init;

import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.contract.name.RepositoryId;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fields to fill in at a forge, so that it sends a repository's webhooks. docs/forges.md has
 * the same steps in more detail.
 *
 * @param secret the file with the secret
 * @param publicUrl the URL at which the forge reaches the receiver
 */
record WebhookSetup(
    ForgeAddress address, RepositoryId repository, Path secret, Optional<URI> publicUrl) {

  /** A line of the instructions: a field of the forge's form, and its value. */
  record Entry(String field, String value) {}

  private static final String JSON = "application/json";

  /** Returns the endpoint's name, the last part of its URL. */
  String endpoint() {
    return address.forge() == Forge.GENERIC ? "git" : address.forge().configName();
  }

  /** Returns the value of {@code --webhook-endpoint}. */
  String option() {
    return "name=%s,forge=%s,host=%s,secret=file:%s"
        .formatted(endpoint(), address.forge().configName(), address.prefix(), secret);
  }

  String title() {
    return address.forge() == Forge.GENERIC
        ? "Enter in the repository on the Git server"
        : "Enter at " + forgeName();
  }

  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry("where", where()));
    switch (address.forge()) {
      case GITHUB -> {
        entries.add(new Entry("Payload URL", url()));
        entries.add(new Entry("Content type", JSON));
        entries.add(new Entry("Secret", content()));
        entries.add(
            new Entry(
                "Events",
                "Let me select individual events: Pushes, Pull requests, Pull request reviews,"
                    + " Repositories"));
      }
      case GITLAB -> {
        entries.add(new Entry("URL", url()));
        entries.add(new Entry("Secret token", content()));
        entries.add(new Entry("Trigger", "Push events, Tag push events, Merge request events"));
      }
      case GITEA, FORGEJO, GOGS -> {
        entries.add(new Entry("Target URL", url()));
        entries.add(new Entry("HTTP method", "POST"));
        entries.add(new Entry("Content type", JSON));
        entries.add(new Entry("Secret", content()));
        entries.add(
            new Entry(
                "Trigger on",
                "Custom events: Create, Delete, Push, Pull request"
                    + (address.forge() == Forge.GOGS ? "" : ", Pull request reviewed")));
      }
      case BITBUCKET_CLOUD -> {
        entries.add(new Entry("URL", url()));
        entries.add(new Entry("Secret", content()));
        entries.add(
            new Entry(
                "Triggers",
                "Repository: Push, Updated; Pull request: Merged, Approved, Approval removed,"
                    + " Changes Request created, Changes Request removed"));
      }
      case BITBUCKET_DATA_CENTER -> {
        entries.add(new Entry("URL", url()));
        entries.add(new Entry("Secret", content()));
        entries.add(
            new Entry(
                "Events",
                "Repository: Push, Modified; Pull request: Merged, Approved, Unapproved, Changes"
                    + " requested"));
      }
      case AZURE_DEVOPS -> {
        entries.add(new Entry("URL", url()));
        entries.add(
            new Entry(
                "Basic authentication",
                "user name and password: " + content() + ", before and after the colon"));
        entries.add(
            new Entry(
                "Events",
                "one subscription each: Code pushed, Pull request merge attempted, Pull request"
                    + " updated (change: Reviewers votes updated), Repository renamed"));
        entries.add(new Entry("Messages to send, Resource details to send", "All"));
      }
      case GENERIC -> {
        entries.add(new Entry("sluice.url", url()));
        entries.add(
            new Entry("sluice.secretFile", "a copy of " + secret + " that the hook may read"));
        entries.add(new Entry("sluice.repository", address.pathOf(repository)));
      }
    }
    return entries;
  }

  private String where() {
    String path = address.pathOf(repository);
    return switch (address.forge()) {
      case GITHUB -> "https://%s/%s/settings/hooks/new".formatted(address.prefix(), path);
      case GITLAB -> "https://%s/%s/-/hooks".formatted(address.prefix(), path);
      case GITEA, FORGEJO, GOGS ->
          "the repository's page, Settings, Webhooks, Add webhook, %s".formatted(forgeName());
      case BITBUCKET_CLOUD, BITBUCKET_DATA_CENTER ->
          "the repository's page, Repository settings, Webhooks, Add webhook";
      case AZURE_DEVOPS -> "Project settings, Service hooks, Create subscription, Web Hooks";
      case GENERIC ->
          "copy hooks/post-receive into the repository's directory hooks, then 'git config' there";
    };
  }

  private String forgeName() {
    return switch (address.forge()) {
      case GITHUB -> "GitHub";
      case GITLAB -> "GitLab";
      case GITEA -> "Gitea";
      case FORGEJO -> "Forgejo";
      case GOGS -> "Gogs";
      case BITBUCKET_CLOUD, BITBUCKET_DATA_CENTER -> "Bitbucket";
      case AZURE_DEVOPS -> "Azure DevOps";
      case GENERIC -> "the Git server";
    };
  }

  /** Returns the URL for deliveries. */
  private String url() {
    String base =
        publicUrl.map(url -> url.toString().replaceFirst("/+$", "")).orElse("http://HOST:8080");
    return base + "/webhooks/" + endpoint();
  }

  private String content() {
    return "the content of " + secret;
  }
}
