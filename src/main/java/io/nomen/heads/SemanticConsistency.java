package io.nomen.heads;

import io.nomen.RootLocale;
import java.util.List;

/**
 * Image consistency, semantic consistency and balance for one linear head: SIC, arXiv 2208.09849.
 *
 * <p>With p the assignment of an image and pᴺ that of a random neighbour: {@code −mean log p·pᴺ − λ
 * H(mean p) + β CE(logits, pseudo-label)}. The pseudo-label of x is the nearest of K semantic
 * centres, {@code argmax x·h}, which are rebuilt before every epoch and come as the step's
 * prepared, [K, d].
 *
 * @param width columns of the features
 * @param clusters K
 * @param balance λ
 * @param semantics β
 */
public record SemanticConsistency(int width, int clusters, double balance, double semantics)
    implements Objective {

  @Override
  public HeadShape.Linear imageHead() {
    return new HeadShape.Linear(width, clusters);
  }

  @Override
  public int parameters() {
    return HeadShape.size(imageHead().parameters());
  }

  @Override
  public int statistics() {
    return 0;
  }

  @Override
  public int views() {
    return 1;
  }

  @Override
  public List<String> terms() {
    return List.of(
        "loss",
        "image_consistency",
        "balance_loss",
        "semantic_consistency",
        "assignment_entropy",
        "neighbour_consistency",
        "confidence");
  }

  @Override
  public boolean dropsPartialBatch() {
    return false;
  }

  @Override
  public String script() {
    return SCRIPT
        .replace("WIDTH", Integer.toString(width))
        .replace("CLUSTERS", Integer.toString(clusters))
        .replace("BALANCE", RootLocale.format("%.9g", balance))
        .replace("SEMANTICS", RootLocale.format("%.9g", semantics));
  }

  private static final String SCRIPT =
      """
        def step(self, first: Tensor, second: Tensor, batch: Tensor, parameters: Tensor, statistics: Tensor, prepared: Tensor) -> Tensor:
          n = batch.size(1)
          x = torch.to(torch.index_select(first, 0, batch.view(-1)), 6)
          weight = parameters[0:CLUSTERS * WIDTH].view(CLUSTERS, WIDTH)
          logits = torch.addmm(parameters[CLUSTERS * WIDTH:], x, weight.t())
          pp = torch.softmax(logits, 1)
          p = pp[:n]
          pn = pp[n:]
          agree = (p * pn).sum(1, True)
          agreement = -torch.mean(torch.log(torch.clamp_min(agree, 1e-12)))
          pull = torch.to(agree >= 1e-12, 6) / torch.clamp_min(agree, 1e-12) / (-1.0 * n)
          mean = torch.mean(p, [0])
          kept = torch.clamp_min(mean, 1e-9)
          balanced = torch.sum(kept * torch.log(kept))
          slope = (torch.log(kept) + 1.0) * torch.to(mean >= 1e-9, 6) * (BALANCE / n)
          labels = torch.argmax(torch.mm(x[:n], prepared.view(-1, WIDTH).t()), 1, True)
          semantic = -torch.mean(torch.gather(torch.log_softmax(logits[:n], 1), 1, labels))
          wanted = torch.scatter(torch.zeros_like(p), 1, labels, 1.0)
          dp = torch.cat([pull * pn + slope, pull * p])
          dl = pp * (dp - (dp * pp).sum(1, True))
          dl = dl + torch.cat([(p - wanted) * (SEMANTICS / n), torch.zeros_like(pn)])
          loss = agreement + balanced * BALANCE + semantic * SEMANTICS
          confidence = torch.mean(torch.amax(p, [1]))
          terms = torch.stack([loss, agreement, balanced, semantic, -balanced, torch.mean(agree), confidence])
          return torch.cat([torch.mm(dl.t(), x).view(-1), dl.sum(0), terms])
      """;
}
