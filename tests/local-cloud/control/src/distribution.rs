//! A distribution's configuration as far as the rules look at it, read from CloudFront's XML.
//!
//! A `DistributionConfig` and a `DistributionSummary` use the same element names; both are read here.

use roxmltree::{Document, Node};

/// A distribution, or one about to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Distribution {
    /// Empty in a configuration.
    pub(crate) id: String,
    pub(crate) caller_reference: String,
    pub(crate) enabled: bool,
    pub(crate) aliases: Vec<String>,
    pub(crate) origins: Vec<Origin>,
    /// Groups of origins, by id.
    pub(crate) origin_groups: Vec<String>,
    /// The default behaviour first.
    pub(crate) behaviors: Vec<Behavior>,
    pub(crate) web_acl: String,
    pub(crate) acm_certificate: String,
    pub(crate) iam_certificate: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) id: String,
    pub(crate) domain_name: String,
    pub(crate) access_control: String,
    pub(crate) is_s3: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Behavior {
    /// Empty for the default behaviour.
    pub(crate) path_pattern: String,
    pub(crate) target_origin: String,
    pub(crate) cache_policy: String,
    pub(crate) origin_request_policy: String,
    pub(crate) response_headers_policy: String,
    pub(crate) has_forwarded_values: bool,
    pub(crate) functions: Vec<Association>,
    pub(crate) lambdas: Vec<Association>,
}

/// A function at an event of a behaviour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Association {
    pub(crate) event_type: String,
    pub(crate) arn: String,
    pub(crate) include_body: bool,
}

impl Distribution {
    /// The configuration in a create or an update, whatever wraps it.
    pub(crate) fn from_request(xml: &str) -> Option<Self> {
        let document = Document::parse(xml).ok()?;
        let config = document
            .descendants()
            .find(|node| node.has_tag_name_anywhere("DistributionConfig"))?;
        Some(Self::read(config))
    }

    /// The distributions of a list.
    pub(crate) fn from_list(xml: &str) -> Vec<Self> {
        let Ok(document) = Document::parse(xml) else {
            return Vec::new();
        };
        document
            .descendants()
            .filter(|node| node.has_tag_name_anywhere("DistributionSummary"))
            .map(Self::read)
            .collect()
    }

    fn read(node: Node<'_, '_>) -> Self {
        let mut behaviors: Vec<Behavior> = node
            .child("DefaultCacheBehavior")
            .map(Behavior::read)
            .into_iter()
            .collect();
        behaviors.extend(node.items("CacheBehaviors").map(Behavior::read));
        let certificate = node.child("ViewerCertificate");
        let of_certificate = |name| certificate.map(|node| node.value(name)).unwrap_or_default();
        Self {
            id: node.value("Id"),
            caller_reference: node.value("CallerReference"),
            enabled: node.value("Enabled") == "true",
            aliases: node.items("Aliases").map(text).collect(),
            origins: node.items("Origins").map(Origin::read).collect(),
            origin_groups: node.items("OriginGroups").map(|group| group.value("Id")).collect(),
            behaviors,
            web_acl: node.value("WebACLId"),
            acm_certificate: of_certificate("ACMCertificateArn"),
            iam_certificate: of_certificate("IAMCertificateId"),
        }
    }

    /// All Lambda@Edge versions, by ARN.
    pub(crate) fn lambda_arns(&self) -> impl Iterator<Item = &str> {
        self.behaviors
            .iter()
            .flat_map(|behavior| &behavior.lambdas)
            .map(|association| association.arn.as_str())
    }

    /// All CloudFront functions, by ARN.
    pub(crate) fn function_arns(&self) -> impl Iterator<Item = &str> {
        self.behaviors
            .iter()
            .flat_map(|behavior| &behavior.functions)
            .map(|association| association.arn.as_str())
    }
}

impl Origin {
    fn read(node: Node<'_, '_>) -> Self {
        Self {
            id: node.value("Id"),
            domain_name: node.value("DomainName"),
            access_control: node.value("OriginAccessControlId"),
            is_s3: node.child("S3OriginConfig").is_some(),
        }
    }
}

impl Behavior {
    fn read(node: Node<'_, '_>) -> Self {
        Self {
            path_pattern: node.value("PathPattern"),
            target_origin: node.value("TargetOriginId"),
            cache_policy: node.value("CachePolicyId"),
            origin_request_policy: node.value("OriginRequestPolicyId"),
            response_headers_policy: node.value("ResponseHeadersPolicyId"),
            has_forwarded_values: node.child("ForwardedValues").is_some(),
            functions: node
                .items("FunctionAssociations")
                .map(|item| Association::read(item, "FunctionARN"))
                .collect(),
            lambdas: node
                .items("LambdaFunctionAssociations")
                .map(|item| Association::read(item, "LambdaFunctionARN"))
                .collect(),
        }
    }
}

impl Association {
    fn read(node: Node<'_, '_>, arn: &str) -> Self {
        Self {
            event_type: node.value("EventType"),
            arn: node.value(arn),
            include_body: node.value("IncludeBody") == "true",
        }
    }
}

/// Whether every `Quantity` is the number of its `Items`.
pub(crate) fn quantities_agree(xml: &str) -> bool {
    let Ok(document) = Document::parse(xml) else {
        return false;
    };
    document
        .descendants()
        .filter_map(|node| Some((node, node.child("Quantity")?)))
        .all(|(list, quantity)| {
            let items = list
                .child("Items")
                .map_or(0, |items| items.children().filter(Node::is_element).count());
            text(quantity).parse() == Ok(items)
        })
}

/// Reading without name spaces: SDKs write CloudFront's, ministack keeps it on some elements only.
trait Element<'a, 'input: 'a>: Sized {
    fn child(&self, name: &str) -> Option<Node<'a, 'input>>;
    fn has_tag_name_anywhere(&self, name: &str) -> bool;
    fn value(&self, name: &str) -> String;
    /// The elements in `<name><Items>`.
    fn items(&self, name: &str) -> impl Iterator<Item = Node<'a, 'input>>;
}

impl<'a, 'input: 'a> Element<'a, 'input> for Node<'a, 'input> {
    fn child(&self, name: &str) -> Option<Node<'a, 'input>> {
        self.children().find(|node| node.has_tag_name_anywhere(name))
    }

    fn has_tag_name_anywhere(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }

    fn value(&self, name: &str) -> String {
        self.child(name).map(text).unwrap_or_default()
    }

    fn items(&self, name: &str) -> impl Iterator<Item = Node<'a, 'input>> {
        let list = self.child(name).and_then(|node| node.child("Items"));
        list.into_iter()
            .flat_map(|list| list.children().filter(Node::is_element))
    }
}

fn text(node: Node<'_, '_>) -> String {
    node.text().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_counted() {
        let list = |quantity: u8| format!("<A><Quantity>{quantity}</Quantity><Items><B/><B/></Items></A>");
        assert!(quantities_agree(&list(2)) && quantities_agree("<A><Quantity>0</Quantity></A>"));
        assert!(!quantities_agree(&list(1)) && !quantities_agree("<A><Quantity>1</Quantity></A>"));
    }

    #[test]
    fn a_configuration_is_read_with_and_without_a_name_space() {
        let inner = "<CallerReference>c</CallerReference><Aliases><Quantity>1</Quantity><Items><CNAME>a.example</CNAME>\
             </Items></Aliases><Origins><Quantity>1</Quantity><Items><Origin><Id>o</Id><DomainName>b.s3.amazonaws.com\
             </DomainName><OriginAccessControlId>E1</OriginAccessControlId><S3OriginConfig/></Origin></Items></Origins>\
             <DefaultCacheBehavior><TargetOriginId>o</TargetOriginId><LambdaFunctionAssociations><Quantity>1</Quantity>\
             <Items><LambdaFunctionAssociation><LambdaFunctionARN>l:1</LambdaFunctionARN><EventType>viewer-request\
             </EventType><IncludeBody>true</IncludeBody></LambdaFunctionAssociation></Items></LambdaFunctionAssociations>\
             </DefaultCacheBehavior><Enabled>true</Enabled>";
        for xml in [
            format!("<DistributionConfig>{inner}</DistributionConfig>"),
            format!(
                "<DistributionConfigWithTags xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">\
                 <DistributionConfig>{inner}</DistributionConfig><Tags/></DistributionConfigWithTags>"
            ),
        ] {
            let read = Distribution::from_request(&xml).unwrap();
            assert_eq!(read.aliases, ["a.example"]);
            assert_eq!(read.origins[0].access_control, "E1");
            assert!(read.origins[0].is_s3 && read.enabled);
            assert_eq!(read.lambda_arns().collect::<Vec<_>>(), ["l:1"]);
            assert!(read.behaviors[0].lambdas[0].include_body);
        }
    }
}
