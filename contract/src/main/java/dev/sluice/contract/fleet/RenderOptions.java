package dev.sluice.contract.fleet;

/** How a source is rendered; what is of another type than the source has no effect. */
public record RenderOptions(PlainOptions plain, HelmOptions helm, Customization customization) {

  public static final RenderOptions DEFAULT =
      new RenderOptions(PlainOptions.DEFAULT, HelmOptions.DEFAULT, Customization.NONE);
}
