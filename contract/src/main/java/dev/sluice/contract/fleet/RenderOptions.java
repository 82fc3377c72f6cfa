package dev.sluice.contract.fleet;

/** Options for rendering a source; those for other types of sources have no effect. */
public record RenderOptions(PlainOptions plain, HelmOptions helm, Customization customization) {

  public static final RenderOptions DEFAULT =
      new RenderOptions(PlainOptions.DEFAULT, HelmOptions.DEFAULT, Customization.NONE);
}
