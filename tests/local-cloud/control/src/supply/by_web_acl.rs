//! `ListDistributionsByWebACLId`: the distribution list, filtered.

use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::Answer;
use crate::refusal::Refusal;

const START: &str = "<DistributionSummary>";
const END: &str = "</DistributionSummary>";

pub(crate) async fn answer(gateway: &Gateway, call: &Call) -> Result<Answer, Refusal> {
    let mut answer = Directory::new(gateway, &call.account)
        .cloudfront("/distribution")
        .await?;
    let wanted = match call.label("WebACLId") {
        "null" => "<WebACLId />".to_owned(),
        id => format!("<WebACLId>{id}</WebACLId>"),
    };
    let text = answer.text();
    let kept: Vec<&str> = text
        .split(START)
        .skip(1)
        .filter_map(|part| part.split_once(END))
        .map(|(summary, _)| summary)
        .filter(|summary| summary.contains(&wanted))
        .collect();
    let items: String = kept.iter().map(|summary| format!("{START}{summary}{END}")).collect();
    answer.body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DistributionList \
         xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Marker></Marker><MaxItems>100</MaxItems>\
         <IsTruncated>false</IsTruncated><Quantity>{}</Quantity><Items>{items}</Items></DistributionList>",
        kept.len(),
    )
    .into();
    Ok(answer)
}
